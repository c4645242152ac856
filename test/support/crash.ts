import { type Machine, run } from './program.ts';
import { answering, type Service } from './service.ts';

const running = answering(200, { status: 'processing' });

/** Starts a run whose tasks never end; `whenAccepted` resolves once the service looks after all of them. */
export function beginUnending(service: Service, machine: Machine, words: readonly string[], tasks: number) {
  const before = service.tasks.size;
  let accepted: () => void;
  const whenAccepted = new Promise<void>((resolve) => {
    accepted = resolve;
  });
  const seen = new Set<string>();
  service.always('look', (call, response, usual) => {
    seen.add(call.task?.id ?? '');
    if (service.tasks.size === before + tasks && seen.size >= tasks) accepted();
    running(call, response, usual);
  });
  return { child: run(machine, words), whenAccepted };
}

/** Kills such a run when its tasks are accepted; from then on they end. */
export async function crash(
  service: Service,
  machine: Machine,
  words: readonly string[],
  tasks: number,
): Promise<void> {
  const { child, whenAccepted } = beginUnending(service, machine, words, tasks);
  await whenAccepted;
  child.kill('SIGKILL');
  await child;
  service.heal();
}
