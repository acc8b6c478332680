#!/bin/sh
# Behaves like a trainer: reads where to write, prints what transformers print, and ends in a way of STAND_IN.
# Takes the output folder from TRL's --config or OpenRLHF's --ckpt.output_dir.
while [ $# -gt 0 ]; do
  case "$1" in
    --config) output=$(sed -n 's/^output_dir: "\(.*\)"$/\1/p' "$2") ;;
    --ckpt.output_dir) output=$2 ;;
  esac
  shift
done

bar() { printf '\r %3d%%|####      | %d/3 [00:01<00:02,  1.00s/it]' $(($1 * 33)) "$1" >&2; }

model() {
  mkdir -p "$output/checkpoint-2"
  echo '{"model_type":"stand-in"}' > "$output/config.json"
  echo 'left behind' > "$output/checkpoint-2/optimizer.pt"
  header='{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'
  { printf '\066\000\000\000\000\000\000\000'; printf '%s' "$header"; printf '\000\000\200\077'; } > "$output/model.safetensors"
}

echo 'Loading the model'
bar 0
bar 1
printf "\r{'loss': 0.7, 'grad_norm': nan, 'learning_rate': 2e-05, 'epoch': 0.33}\n"
case "$STAND_IN" in
  nan) bar 2; printf "\r{'loss': nan, 'epoch': 0.67}\n"; exec sleep 60 ;;
  hang) echo 'holds'; exec sleep 60 ;;
  # Goes on once somebody says so.
  hold) echo 'holds'; until [ -e go ]; do sleep 0.02; done ;;
  oom) printf 'Traceback (most recent call last):\n  File "sft.py", line 1\ntorch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2 GiB\n' >&2; exit 1 ;;
  empty) exit 0 ;;
  # Parley's reward function within TRL, then OpenRLHF's own way.
  samples)
    printf '\nparley-sample {"prompt": "Name a colour.", "completion": "Blue\\nlike the sea.", "reward": 0.5}\n'
    printf "['user\\\\nWhat\\\\'s up?\\\\nassistant\\\\nNot much.', -1.25]\n" ;;
esac
bar 2
printf "\r{'loss': '0.5', 'epoch': '0.67'}\n"
bar 3
printf "\r{'train_runtime': 3.1, 'train_loss': 0.6, 'epoch': 1.0}\n"
model
[ "$STAND_IN" = torn ] && printf 'x' > "$output/model.safetensors"
# As a program ends that was not flushed: no line end.
printf 'Model saved.'
