/**
 * What an answer may say: forms, and the masks that keep a decoded answer to one. Entry type: {@link io.github.glimpse.form.AnswerForm}.
 */
@NullMarked
package io.github.glimpse.form;

import org.jspecify.annotations.NullMarked;
