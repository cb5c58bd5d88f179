/**
 * Qwen3-VL: tower with a learned position table, deepstack rows, interleaved M-RoPE, Qwen3 decoder (arXiv 2511.21631). Qwen3.5: the same
 * tower without deepstack rows, and a decoder of which most layers are linear attention.
 */
@NullMarked
package io.github.glimpse.model.qwen3vl;

import org.jspecify.annotations.NullMarked;
