/**
 * What of our environment a trainer gets: what programs, Python, GPUs, model caches and clusters are configured by.
 * Never Parley's own settings and secrets: a trainer is a program of somebody else.
 */
const HANDED_ON =
  /^(?:PATH|HOME|USER|LOGNAME|SHELL|LANG|LC_\w+|TZ|TMPDIR|TEMP|TMP|XDG_\w+|SSL_CERT_\w+|REQUESTS_CA_BUNDLE|(?:https?|no|all)_proxy|SSH_\w+|DOCKER_\w+|KUBECONFIG|(?:PYTHON|VIRTUAL_ENV|CONDA|UV|LD_|DYLD_|CUDA|NVIDIA|ROCR|HIP|HSA|NCCL|GLOO|OMP|MKL|TORCH|TRITON|ACCELERATE|DS_|DEEPSPEED|RAY|VLLM|TRL|TRANSFORMERS|TOKENIZERS|HF_|HUGGING|DATASETS|TQDM)\w*)$/i

/** Figures come when they are printed, and a bar does not fill the log. */
export const TRAINER_ENV: Readonly<Record<string, string>> = { PYTHONUNBUFFERED: '1', TQDM_MININTERVAL: '2' }

export function handedOn(env: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  const given = Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && HANDED_ON.test(name) ? [[name, value] as const] : [],
  )
  return Object.fromEntries(given)
}
