/** The LLaVA-1.5 family. */
@NullMarked
package io.github.glimpse.model.llava;

import org.jspecify.annotations.NullMarked;
