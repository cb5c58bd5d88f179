/** Indexes a corpus of documents by Apache Spark. */
@NullMarked
package io.github.glimpse.examples.spark;

import org.jspecify.annotations.NullMarked;
