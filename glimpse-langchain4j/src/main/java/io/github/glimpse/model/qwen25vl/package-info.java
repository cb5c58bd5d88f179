/** The Qwen2.5-VL family. */
@NullMarked
package io.github.glimpse.model.qwen25vl;

import org.jspecify.annotations.NullMarked;
