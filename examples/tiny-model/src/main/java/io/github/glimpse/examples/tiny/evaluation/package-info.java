/**
 * The report on the tiny model: questions that no training has seen, asked through the library as any user would, with all image
 * tokens, with those that the glimpse module keeps, and with as many kept by chance or spread evenly.
 */
@NullMarked
package io.github.glimpse.examples.tiny.evaluation;

import org.jspecify.annotations.NullMarked;
