/**
 * The interpreter behind chat templates: Jinja as the transformers library sets it up (block trimming, sandbox,
 * {@code raise_exception}, {@code strftime_now}, its {@code tojson}, {@code break} and {@code continue}, the {@code
 * generation} tag). It knows no Java objects but its own values, so a template from anywhere can be rendered.
 *
 * <p>Entry type: {@link io.github.glimpse.text.jinja.JinjaTemplate}. Knows only the root room.
 */
@NullMarked
package io.github.glimpse.text.jinja;

import org.jspecify.annotations.NullMarked;
