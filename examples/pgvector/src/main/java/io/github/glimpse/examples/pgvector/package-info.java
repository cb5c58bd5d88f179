/** Vectors of pages in PostgreSQL with pgvector. */
@NullMarked
package io.github.glimpse.examples.pgvector;

import org.jspecify.annotations.NullMarked;
