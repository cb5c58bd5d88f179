/** What a user has who starts from nothing but a bundle, a clone or an image; slow, so {@code -Pfresh-application} asks for it. */
@NullMarked
package io.github.glimpse.release;

import org.jspecify.annotations.NullMarked;
