/** Qwen2.5-VL: windowed tower, merger, M-RoPE, Qwen2 decoder (arXiv 2502.13923). */
@NullMarked
package io.github.glimpse.model.qwen25vl;

import org.jspecify.annotations.NullMarked;
