/** The CLIP vision tower (arXiv 2103.00020), as LLaVA uses it. */
@NullMarked
package io.github.glimpse.model.clip;

import org.jspecify.annotations.NullMarked;
