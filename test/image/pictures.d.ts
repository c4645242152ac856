/** One small real picture of each kind that the formats have. */
export declare const pictures: Picture[];
export interface Picture {
    name: string;
    ext: string;
    bytes: Buffer;
    width: number;
    height: number;
}
export declare function picture(name: string): Buffer;
