/**
 * Which tokens an answer may go on with, so that it becomes valid JSON of a schema, one of some texts, a match of a
 * pattern, or calls of tools.
 *
 * <p>Bytes go in, masks over token ids come out. A source becomes an {@link io.github.glimpse.constrain.OutputConstraint}
 * once; a model's tokens become a {@link io.github.glimpse.constrain.TokenVocabulary} once; each answer has a
 * {@link io.github.glimpse.constrain.ConstraintCursor}. Inside, a schema is read into {@code SchemaNode}s, these into a
 * {@code Grammar} (byte automata that call each other), and an {@code Automaton} makes it deterministic while it is used.
 * Calls of tools are written in a format of {@link io.github.glimpse.answer.ToolCallFormat}. Knows the root package and
 * {@code answer}.
 */
@NullMarked
package io.github.glimpse.constrain;

import org.jspecify.annotations.NullMarked;
