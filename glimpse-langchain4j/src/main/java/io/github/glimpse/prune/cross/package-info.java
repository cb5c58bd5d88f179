/** By the attention of a text that attends to its picture by cross-attention (BLIP). */
@NullMarked
package io.github.glimpse.prune.cross;

import org.jspecify.annotations.NullMarked;
