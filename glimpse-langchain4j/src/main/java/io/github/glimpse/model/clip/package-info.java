/** CLIP (arXiv 2103.00020): the vision tower, which LLaVA, BLIP and SigLIP share, and what makes vectors of pictures and texts. */
@NullMarked
package io.github.glimpse.model.clip;

import org.jspecify.annotations.NullMarked;
