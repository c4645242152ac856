import type { ErrorReport, TaskReport } from '../report/task-report.ts';

/**
 * A picture to make. The fields have the names of the JSON lines. What a model other than Imagen's takes is the
 * service's to judge: it refuses with `validation` what the model does not know, and nothing is paid then.
 */
export interface PictureRequest {
  /** What the picture shows. It reaches the model word for word. */
  prompt: string;
  /** Any picture model of the catalogue. Default: the setting `model`, else `imagen-4`. */
  model?: string;
  /** Width to height, such as `16:9`. Default: the setting `ratio`, else the model's own. */
  aspect_ratio?: string;
  /** What to avoid in the picture. */
  negative_prompt?: string;
  /** An integer. */
  seed?: number;
  /**
   * What to make the picture from, one or several: a path, an http or https URL, or `task:` and the id of an earlier
   * task. A local picture is uploaded: PNG, JPEG, WebP, GIF or AVIF, up to 30 MB. `imagen-4` then means
   * `imagen-4-pro-remix-image`.
   */
  image?: string | readonly string[];
  /** Such as `1k`, `2k` or `4k`. Imagen's models take none. */
  resolution?: string;
  /** The file format, such as `png` or `jpg`. Imagen's models take none, but from pictures. */
  format?: string;
  /** Such as `basic`, `high` or `ultra`. Imagen's models take none. */
  quality?: string;
  /** Further fields of the model, by their names at the service, such as `{ rendering_speed: 'TURBO' }`. */
  set?: Record<string, unknown>;
  /** What the service is asked to do, such as `edit_image`. Default: what the model is for. */
  action?: string;
  /** An http or https URL that the service calls when the task ends. */
  callback_url?: string;
}

/** How to reach the service, and what holds for every call that does not say otherwise. */
export interface ImagenOptions {
  /** Default: found as the command line finds it (`RUNAPI_API_KEY`, settings, RunAPI's CLI, Hermes Agent). */
  apiKey?: string;
  /** The address of the service. Default: `RUNAPI_BASE_URL`, settings, else `https://runapi.ai`. */
  baseUrl?: string;
  /** Use the built-in sandbox: no key, no cost. */
  sandbox?: boolean;
  /** The folder to save pictures in, made if missing. Default: the setting `dir`, else the working folder. */
  dir?: string;
  /**
   * The folder of the record, by which a program that crashed takes up the tasks that it began. Default: the one that
   * the command line uses. `false` keeps none: what is interrupted is then lost.
   */
  record?: false | string;
  /** The most US dollars that all calls of this client may spend together, at live prices. */
  maxCost?: number;
  /** Milliseconds to wait for a task. Default: the setting `timeout`, else 15 minutes. */
  timeout?: number;
  /** Stops waiting. A task that was accepted goes on at the service and stays in the record. */
  signal?: AbortSignal;
  /** Called with each change of a task. */
  onProgress?: (progress: Progress) => void;
  /** Called when something is not as it should be and the work goes on, such as a record that cannot be written. */
  onWarning?: (message: string) => void;
}

/** What a task is doing now. */
export interface Progress {
  /** Null until the task is accepted. */
  task_id: string | null;
  model: string | null;
  /** `submitting`, `pending`, `processing`, `saving 1 of 1` and so on. */
  doing: string;
  /** How far it is, such as `40 %`. */
  detail: string | null;
}

/** What one call may say otherwise. */
export type CallOptions = Pick<ImagenOptions, 'dir' | 'timeout' | 'signal' | 'onProgress'>;

export interface GenerateOptions extends CallOptions {
  /** A file name or template, such as `{prompt}-{seed}.{ext}`. An existing file is never overwritten. */
  output?: string;
  /** Buy another picture even where an interrupted call of the same request could be taken up. */
  new?: boolean;
}

export interface BatchOptions extends GenerateOptions {
  /** Names the batch: under the same name the same requests are made once, however often the program runs. */
  name: string;
  /** Tasks in flight at once, 1 to 64. Default 8. */
  concurrency?: number;
  /** Buy requests again that failed in an earlier run. */
  retryFailed?: boolean;
}

/** A model of the catalogue. */
export interface ModelInfo {
  model: string;
  aliases: readonly string[];
  ratios: readonly string[];
  /** Null where the service does not tell; `error` then says why. `unit_price_cents` is in hundredths of `currency`. */
  price: { currency: string; unit_price_cents: number; billing_unit: string; as_of: string | null } | null;
  error: ErrorReport | null;
}

/** Makes pictures. Every method rejects with an `ImagenError`, and several calls may run at once. */
export interface Imagen {
  /**
   * Makes one picture: submits a task, waits for it and saves what it brings. `images[].path` names the files, `cost`
   * is in US cents. Called with the same request after a crash, it takes up the task that was begun and pays no more.
   */
  generate(request: PictureRequest, options?: GenerateOptions): Promise<TaskReport>;
  /**
   * Makes many pictures and yields each task as it ends, those that failed with their `error`. Under the same name the
   * next run yields what is there and makes what is missing. Throws where no request can succeed: no key, no credits,
   * budget spent. Leaving the loop early stops the waiting, not the tasks.
   */
  batch(
    requests: Iterable<PictureRequest> | AsyncIterable<PictureRequest>,
    options: BatchOptions,
  ): AsyncGenerator<TaskReport, void>;
  /** Tells the state of a task now. A task that failed is an answer, not an error. */
  status(taskId: string, options?: CallOptions): Promise<TaskReport>;
  /** Waits for a task and saves its pictures, also one of another machine. Costs nothing. */
  download(taskId: string, options?: GenerateOptions): Promise<TaskReport>;
  /** Finishes everything that interrupted programs left in the record, those that failed with their `error`. */
  resume(options?: CallOptions): Promise<TaskReport[]>;
  /** Lists the models with their live prices. */
  models(): Promise<ModelInfo[]>;
  /** Waits for the calls that are under way; later ones are refused. */
  close(): Promise<void>;
}

/** The only error of this package. */
export class ImagenError extends Error {
  override name = 'ImagenError';
  /**
   * `authentication`, `insufficient_credits`, `over_budget`, `validation`, `not_found`, `conflict`, `timeout`,
   * `rate_limit`, `task_failed`, `network`, `service_unavailable`, `bad_response`, `download`, `interrupted` (the signal
   * was aborted, or another process took over) or `internal`.
   */
  readonly code: string;
  /** What to do, in a line. */
  readonly hint: string | null;
  /** The task that was accepted, which `download` and `resume` can finish; null where there is none. */
  readonly taskId: string | null;
  /** The HTTP status, where the service answered. */
  readonly status: number | null;
  /** Whether the same call may succeed later. It is never paid for twice. */
  readonly retryable: boolean;

  constructor(error: ErrorReport, taskId: string | null = null, cause?: unknown) {
    super(error.message, cause === undefined ? undefined : { cause });
    this.code = error.code;
    this.hint = error.hint;
    this.taskId = taskId;
    this.status = error.status;
    this.retryable = error.retryable;
  }
}
