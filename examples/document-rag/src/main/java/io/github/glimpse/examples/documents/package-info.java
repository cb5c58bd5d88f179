/** Questions about a folder of documents, answered with page and box. */
@NullMarked
package io.github.glimpse.examples.documents;

import org.jspecify.annotations.NullMarked;
