import './system-calls.ts';
export { live } from './world.ts';
