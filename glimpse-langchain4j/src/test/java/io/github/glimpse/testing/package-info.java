/**
 * What several tests need: model folders of any size, and files with random damage.
 */
@NullMarked
package io.github.glimpse.testing;

import org.jspecify.annotations.NullMarked;
