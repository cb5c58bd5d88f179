/** LLaVA-1.5: CLIP tower, two-layer projector, LLaMA decoder (arXiv 2310.03744). */
@NullMarked
package io.github.glimpse.model.llava;

import org.jspecify.annotations.NullMarked;
