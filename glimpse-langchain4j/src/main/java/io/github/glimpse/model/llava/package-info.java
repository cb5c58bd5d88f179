/** LLaVA-1.5, LLaVA-NeXT and LLaVA-OneVision: CLIP's or SigLIP's tower, two-layer projector, a decoder (arXiv 2310.03744, 2408.03326). */
@NullMarked
package io.github.glimpse.model.llava;

import org.jspecify.annotations.NullMarked;
