/** Qwen2-VL: windowed tower, merger, M-RoPE, Qwen2 decoder (arXiv 2502.13923). */
@NullMarked
package io.github.glimpse.model.qwen2vl;

import org.jspecify.annotations.NullMarked;
