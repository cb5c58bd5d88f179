package io.github.glimpse.prefill;

import io.github.glimpse.image.VideoTimes;
import io.github.glimpse.model.MediaPlan;
import io.github.glimpse.model.MediaRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A picture or a video of a prompt.
 *
 * @param files the picture's file, or one file for each frame of the video
 * @param times when the frames are from; null for a picture
 * @param plan how it will be cut
 * @param wholePlan how it would be cut if a step at {@code pixels} did not make it smaller
 * @param rule what cuts it
 * @param pictures pictures of the whole prompt
 */
public record PromptMedium(
        List<byte[]> files,
        @Nullable VideoTimes times,
        MediaPlan plan,
        MediaPlan wholePlan,
        MediaRule rule,
        int pictures) {

    /** Copies the list, not the files. */
    public PromptMedium {
        files = List.copyOf(files);
    }
}
