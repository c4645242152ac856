/** A task that the service took: it is charged once, when it is registered. */
interface PacedTask {
    id: string;
    picture: Buffer;
    looks: number;
}
/** A RunAPI on loopback whose answers come in pieces: between any two of them somebody may pull the plug. */
export interface PacedService {
    url: string;
    /** By idempotency key. */
    tasks: Map<string, PacedTask>;
    /**
     * Called at each point of each exchange: a request has arrived, a task is registered, a piece of an answer has left.
     * Answers whether the service goes on with that exchange.
     */
    onPoint: (point: string) => boolean;
    close(): Promise<void>;
}
export declare function startPacedService(): Promise<PacedService>;
export {};
