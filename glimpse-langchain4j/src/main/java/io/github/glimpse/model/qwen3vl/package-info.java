/** Qwen3-VL: tower with a learned position table, deepstack rows, interleaved M-RoPE, Qwen3 decoder (arXiv 2511.21631). */
@NullMarked
package io.github.glimpse.model.qwen3vl;

import org.jspecify.annotations.NullMarked;
