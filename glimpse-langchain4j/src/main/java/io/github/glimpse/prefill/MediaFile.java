package io.github.glimpse.prefill;

import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.model.MediaPlan;
import io.github.glimpse.nn.CancellationPoint;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;

/**
 * A picture or a video of a request that may never have to be decoded.
 *
 * @param files the picture's file, or one file for each frame of the video
 * @param plan how it will be cut into patches
 * @param wholePlan how it would be cut if a step at {@code pixels} did not make it smaller
 * @param reader decodes it and cuts it into the patches of each unit
 */
public record MediaFile(
        List<byte[]> files,
        MediaPlan plan,
        MediaPlan wholePlan,
        Function<CancellationPoint, IntFunction<PixelPatches>> reader) {

    /** Copies the list, not the files. */
    public MediaFile {
        files = List.copyOf(files);
    }

    /** What tells it apart by its bytes. */
    String name() {
        return name(files);
    }

    /** The name of a picture's file, or of a video's: their SHA-256. */
    static String name(List<byte[]> files) {
        MessageDigest digest = PrefixKey.sha256();
        byte[] ofAll = digest.digest(files.get(0));
        for (byte[] file : files.subList(1, files.size())) {
            digest.update(ofAll);
            ofAll = digest.digest(file);
        }
        return HexFormat.of().formatHex(ofAll);
    }
}
