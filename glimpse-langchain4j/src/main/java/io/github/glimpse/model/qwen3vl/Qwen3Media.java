package io.github.glimpse.model.qwen3vl;

import io.github.glimpse.hub.ModelConfig;
import io.github.glimpse.hub.ModelFiles;
import io.github.glimpse.image.FrameSampling;
import io.github.glimpse.image.PixelScale;
import io.github.glimpse.image.VideoPixelBudget;
import io.github.glimpse.model.FamilyFiles;
import io.github.glimpse.model.LoadOptions;
import io.github.glimpse.model.MediaPlaceholder;
import io.github.glimpse.model.NativeMedia;
import io.github.glimpse.model.NativePictures;
import io.github.glimpse.model.NativeSettings;
import io.github.glimpse.model.PreprocessorFile;
import io.github.glimpse.model.SinglePictures;
import io.github.glimpse.text.Tokenizer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Pictures and videos of Qwen3-VL and Qwen3.5: the budget of pixels is that of a picture, or of a whole video; each slice of a video is a
 * run of its own with its time before it.
 *
 * @param pictures how pictures are cut
 * @param videos how frames are cut
 * @param capped whether frames of long videos are kept small
 * @param sampling which frames of a video file are looked at
 */
record Qwen3Media(NativeSettings pictures, NativeSettings videos, FrameSampling sampling, boolean capped) {

    // What the reference's processors take where a file leaves it out.
    private static final List<Double> HALVES = List.of(0.5, 0.5, 0.5);
    private static final PixelScale SCALE = new PixelScale(1.0 / 255, HALVES, HALVES);
    private static final NativeSettings PICTURES =
            new NativeSettings(PreprocessorFile.NAME, 16, 2, 2, 256 * 256, 4096 * 4096, SCALE);
    private static final NativeSettings VIDEOS = PICTURES.withPixelBudget(128 * 32 * 32, 768 * 32 * 32);

    private static final int VISION_START = 151_652;
    private static final int VISION_END = 151_653;

    /**
     * Reads the settings.
     *
     * @throws io.github.glimpse.ModelFilesException if they do not fit the tower
     */
    static Qwen3Media of(ModelFiles files, LoadOptions options, Qwen3VisionConfig tower) {
        Qwen3Media media = new Qwen3Media(
                NativeSettings.ofPictures(files, options, PICTURES),
                NativeSettings.ofVideos(files, VIDEOS),
                NativeMedia.sampling(files.videoSettings(), FrameSampling.Spacing.TO_LAST_FRAME),
                options.capVideoPixels());
        for (NativeSettings settings : List.of(media.pictures, media.videos)) {
            settings.checkFits(tower.patchSize(), tower.temporalPatchSize(), tower.mergeSize(), tower.channels());
        }
        return media;
    }

    /**
     * The rule.
     *
     * @param root {@code config.json}
     */
    NativeMedia rule(ModelConfig root, int imageToken, int videoToken, FamilyFiles text) {
        String slice = slice(root, videoToken, text.tokenizer());
        boolean takesVideos = slice != null && text.videoToken(videoToken) != null;
        return new NativeMedia(
                new SinglePictures(MediaPlaceholder.of(imageToken), new NativePictures(pictures)),
                takesVideos ? new MediaPlaceholder(videoToken, slice) : null,
                videos.layout(),
                new VideoPixelBudget(videos.budget(), capped),
                sampling,
                NativeMedia.SliceRows.stamped(slice == null ? "" : slice));
    }

    /** What the template writes for a whole video, and the prompt has for each slice; null if the tokenizer does not know it. */
    private static @Nullable String slice(ModelConfig root, int videoToken, Tokenizer tokenizer) {
        String start = tokenizer.spellingOf(root.integer("vision_start_token_id", VISION_START));
        String video = tokenizer.spellingOf(videoToken);
        String end = tokenizer.spellingOf(root.integer("vision_end_token_id", VISION_END));
        return start == null || video == null || end == null ? null : start + video + end;
    }
}
