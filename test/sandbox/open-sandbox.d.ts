import { type Sandbox, type SandboxOptions } from '../../src/sandbox/server.ts';
export declare const dayMs = 86400000;
/** The fields of the answers that tests read. */
interface Told {
    id: string;
    task_id: string;
    status: string;
    images: {
        url: string;
    }[];
    response: {
        status: number;
        content_type: string;
        body: string;
    };
    errors: Record<string, string[]>;
    billing: object;
    price_schedules: {
        unit_price_cents: number;
    }[];
}
type Reply = Omit<Response, 'json'> & {
    json(): Promise<Told>;
};
export interface TestSandbox extends Sandbox {
    /** Moves the clock on. */
    pass(milliseconds: number): void;
    get(path: string, headers?: Record<string, string>): Promise<Reply>;
    post(path: string, body: unknown, headers?: Record<string, string>): Promise<Reply>;
    /** Posts a task in the guide's dialect, lets it end, and returns its id. */
    make(prompt: string, fields?: object): Promise<string>;
}
/** A sandbox whose clock stands still until the test moves it. */
export declare function openSandbox(options?: Partial<SandboxOptions>): Promise<TestSandbox>;
export {};
