import { type Order, type Service } from './service.ts';
/** What a service tells of its prices. */
export interface Tariff {
    cents?: number;
    currency?: string;
    status?: string;
    /** How the service calls itself. */
    name?: string;
}
/** Has the service answer price lists, quotes and a balance. */
export declare function tellPrices(service: Service, tariff?: Tariff): void;
export declare function pricing({ cents, currency, status, name, }: Tariff): Order;
/** The service was asked for prices so often. */
export declare function countQuotes(service: Service): number;
