package io.github.glimpse.model;

import org.jspecify.annotations.Nullable;

/**
 * What a chat template writes where a picture or a video is.
 *
 * @param id the token that is repeated for every row
 * @param written the text that the template writes for one of them, where that is more than the token
 */
public record MediaPlaceholder(int id, @Nullable String written) {

    /** The token alone. */
    public static MediaPlaceholder of(int id) {
        return new MediaPlaceholder(id, null);
    }
}
