/**
 * Model families: bricks put together. A family knows its files, its picture rule, its tower and its positions, and nothing
 * of pruning. Entry type: {@link io.github.glimpse.model.ModelFamily}.
 */
@NullMarked
package io.github.glimpse.model;

import org.jspecify.annotations.NullMarked;
