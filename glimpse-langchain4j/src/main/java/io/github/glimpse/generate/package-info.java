/**
 * One answer: pictures and messages in, text and a pruning report out. The only room where model and prune meet. Entry type:
 * {@link io.github.glimpse.generate.LoadedModel}.
 */
@NullMarked
package io.github.glimpse.generate;

import org.jspecify.annotations.NullMarked;
