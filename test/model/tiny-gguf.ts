/**
 * Writes a real GGUF file, a few megabytes, whose reply is known: attention and feed-forward are zero and embeddings
 * are one-hot, so the output matrix alone says which token follows which.
 *
 * Format: GGUF version 3, little endian (ggml-org/ggml, docs/gguf.md); a LLaMA of one layer with a ChatML template.
 */

const CHATML =
  "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n'}}" +
  "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"

/** Numbers of value types in the format. */
const TYPE = { u32: 4, i32: 5, f32: 6, bool: 7, string: 8, array: 9 } as const
const ALIGNMENT = 32
/** Kinds of tokens in the format. */
const KIND = { normal: 1, unknown: 2, control: 3, byte: 6 } as const

type Value =
  | { readonly type: 'u32' | 'i32' | 'f32'; readonly value: number }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'string'; readonly value: string }
  | {
      readonly type: 'array'
      readonly of: 'i32' | 'f32' | 'string'
      readonly value: readonly (number | string)[]
    }

interface Token {
  readonly text: string
  readonly score: number
  readonly kind: number
}

interface Tensor {
  readonly name: string
  readonly shape: readonly number[]
  readonly data: Float32Array
}

/**
 * @param reply the tokens it always answers with, each once; `▁` stands for a space
 */
export function tinyGguf(reply: readonly string[]): Buffer {
  const tokens = vocabulary(reply)
  const id = (text: string) => tokens.findIndex((token) => token.text === text)
  const end = id('<|im_end|>')
  const size = tokens.length
  return encode(
    [
      ['general.architecture', { type: 'string', value: 'llama' }],
      ['general.name', { type: 'string', value: 'tiny' }],
      ['general.file_type', { type: 'u32', value: 0 }],
      ['general.alignment', { type: 'u32', value: ALIGNMENT }],
      ['llama.context_length', { type: 'u32', value: 2048 }],
      ['llama.embedding_length', { type: 'u32', value: size }],
      ['llama.block_count', { type: 'u32', value: 1 }],
      ['llama.feed_forward_length', { type: 'u32', value: 32 }],
      ['llama.rope.dimension_count', { type: 'u32', value: size }],
      ['llama.attention.head_count', { type: 'u32', value: 1 }],
      ['llama.attention.head_count_kv', { type: 'u32', value: 1 }],
      ['llama.attention.layer_norm_rms_epsilon', { type: 'f32', value: 1e-5 }],
      ['llama.vocab_size', { type: 'u32', value: size }],
      ['tokenizer.ggml.model', { type: 'string', value: 'llama' }],
      ['tokenizer.ggml.pre', { type: 'string', value: 'default' }],
      ['tokenizer.ggml.tokens', { type: 'array', of: 'string', value: tokens.map(({ text }) => text) }],
      ['tokenizer.ggml.scores', { type: 'array', of: 'f32', value: tokens.map(({ score }) => score) }],
      ['tokenizer.ggml.token_type', { type: 'array', of: 'i32', value: tokens.map(({ kind }) => kind) }],
      ['tokenizer.ggml.bos_token_id', { type: 'u32', value: id('<s>') }],
      ['tokenizer.ggml.eos_token_id', { type: 'u32', value: end }],
      ['tokenizer.ggml.unknown_token_id', { type: 'u32', value: id('<unk>') }],
      ['tokenizer.ggml.add_bos_token', { type: 'bool', value: true }],
      ['tokenizer.ggml.add_eos_token', { type: 'bool', value: false }],
      ['tokenizer.ggml.add_space_prefix', { type: 'bool', value: false }],
      ['tokenizer.chat_template', { type: 'string', value: CHATML }],
    ],
    tensors(size, follows(size, [id('<0x0A>'), ...reply.map(id), end], end)),
  )
}

/** Control tokens, all bytes, the reply's tokens and printable characters, padded to whole blocks. */
function vocabulary(reply: readonly string[]): readonly Token[] {
  const control = (text: string): Token => ({ text, score: 0, kind: KIND.control })
  const tokens: Token[] = [
    { text: '<unk>', score: 0, kind: KIND.unknown },
    ...['<s>', '</s>'].map(control),
    ...Array.from({ length: 256 }, (_, byte) => {
      const hex = byte.toString(16).toUpperCase().padStart(2, '0')
      return { text: `<0x${hex}>`, score: 0, kind: KIND.byte }
    }),
    ...['<|im_start|>', '<|im_end|>'].map(control),
    ...reply.map((text) => ({ text, score: -1, kind: KIND.normal })),
  ]
  const known = new Set(tokens.map(({ text }) => text))
  const characters = ['▁', ...Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i))]
  for (const text of characters) if (!known.has(text)) tokens.push({ text, score: -1_000, kind: KIND.normal })
  while (tokens.length % ALIGNMENT > 0)
    tokens.push({ text: `[${tokens.length}]`, score: -9_999, kind: KIND.normal })
  return tokens
}

/** The output matrix: a row for each next token, a column for each current one. Anything unplanned ends the reply. */
function follows(size: number, chain: readonly number[], end: number): Float32Array {
  const matrix = new Float32Array(size * size)
  matrix.fill(0.5, end * size, (end + 1) * size)
  for (const [i, current] of chain.slice(0, -1).entries()) matrix[(chain[i + 1] ?? end) * size + current] = 4
  return matrix
}

function tensors(size: number, output: Float32Array): readonly Tensor[] {
  const oneHot = new Float32Array(size * size)
  for (let i = 0; i < size; i += 1) oneHot[i * size + i] = 1
  const ones = (name: string): Tensor => ({ name, shape: [size], data: new Float32Array(size).fill(1) })
  const zeros = (name: string, columns: number, rows: number): Tensor => ({
    name,
    shape: [columns, rows],
    data: new Float32Array(columns * rows),
  })
  return [
    { name: 'token_embd.weight', shape: [size, size], data: oneHot },
    ones('output_norm.weight'),
    { name: 'output.weight', shape: [size, size], data: output },
    ones('blk.0.attn_norm.weight'),
    ...['q', 'k', 'v', 'output'].map((part) => zeros(`blk.0.attn_${part}.weight`, size, size)),
    ones('blk.0.ffn_norm.weight'),
    zeros('blk.0.ffn_gate.weight', size, 32),
    zeros('blk.0.ffn_up.weight', size, 32),
    zeros('blk.0.ffn_down.weight', 32, size),
  ]
}

function encode(values: readonly (readonly [string, Value])[], parts: readonly Tensor[]): Buffer {
  const header = [Buffer.from('GGUF'), number('u32', 3), long(parts.length), long(values.length)]
  for (const [key, value] of values)
    header.push(string(key), number('u32', TYPE[value.type]), ...encodeValue(value))
  let offset = 0
  for (const { name, shape, data } of parts) {
    header.push(string(name), number('u32', shape.length), ...shape.map(long), number('u32', 0), long(offset))
    offset += data.byteLength + padding(data.byteLength)
  }
  const head = Buffer.concat(header)
  const bodies = parts.flatMap(({ data }) => [
    Buffer.from(data.buffer),
    Buffer.alloc(padding(data.byteLength)),
  ])
  return Buffer.concat([head, Buffer.alloc(padding(head.length)), ...bodies])
}

function encodeValue(value: Value): readonly Buffer[] {
  switch (value.type) {
    case 'string':
      return [string(value.value)]
    case 'bool':
      return [Buffer.from([value.value ? 1 : 0])]
    case 'array': {
      const one = (item: number | string) =>
        typeof item === 'string' ? string(item) : number(value.of === 'f32' ? 'f32' : 'i32', item)
      return [number('u32', TYPE[value.of]), long(value.value.length), ...value.value.map(one)]
    }
    case 'u32':
    case 'i32':
    case 'f32':
      return [number(value.type, value.value)]
  }
}

function number(type: 'u32' | 'i32' | 'f32', value: number): Buffer {
  const bytes = Buffer.alloc(4)
  if (type === 'f32') bytes.writeFloatLE(value)
  else if (type === 'i32') bytes.writeInt32LE(value)
  else bytes.writeUInt32LE(value)
  return bytes
}

function long(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes
}

const string = (text: string): Buffer => Buffer.concat([long(Buffer.byteLength(text)), Buffer.from(text)])

const padding = (length: number): number => (ALIGNMENT - (length % ALIGNMENT)) % ALIGNMENT
