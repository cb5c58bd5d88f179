package io.github.glimpse.generate;

import io.github.glimpse.ImageTooLargeException;
import io.github.glimpse.InvalidImageException;
import io.github.glimpse.UnsupportedContentException;
import io.github.glimpse.generate.ChatTurn.Picture;
import io.github.glimpse.generate.ChatTurn.Video;
import io.github.glimpse.generate.ChatTurn.Visual;
import io.github.glimpse.image.ImageDecoder;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.ImageSize;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.image.RasterImage;
import io.github.glimpse.image.VideoOptions;
import io.github.glimpse.model.MediaPlan;
import io.github.glimpse.model.MediaRule;
import io.github.glimpse.nn.CancellationPoint;
import io.github.glimpse.prefill.GridPair;
import io.github.glimpse.prefill.PromptMedium;
import io.github.glimpse.prune.TokenBudget;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** How the pictures and videos of a prompt are cut, and the reading of them. Safe for concurrent use. */
final class PromptMedia {

    private final MediaRule rule;
    private final ImageDecoder decoder;
    private final VideoOptions limits;

    PromptMedia(MediaRule rule, ImageDecoder decoder, VideoOptions limits) {
        this.rule = rule;
        this.decoder = decoder;
        this.limits = limits;
    }

    /**
     * Plans, by the headers of the files.
     *
     * @param share of each picture's tokens that there may be at most, null for all
     */
    List<PromptMedium> plan(List<Visual> visuals, @Nullable Double share) {
        int pictures = (int) visuals.stream().filter(Picture.class::isInstance).count();
        List<PromptMedium> media = new ArrayList<>();
        for (Visual visual : visuals) {
            media.add(numbered(media.size(), visuals.size(), () -> plan(visual, share, pictures)));
        }
        return media;
    }

    /** Plans one of several. */
    PromptMedium plan(Visual visual, @Nullable Double share, int pictures) {
        if (visual instanceof Video video) {
            return plan(video, share);
        }
        Picture picture = (Picture) visual;
        ImageSize size = decoder.readSize(picture.bytes());
        Integer most = picture.mostTokens();
        MediaRule bounded = most == null ? rule : smaller(rule, size, most);
        MediaPlan whole = bounded.plan(size, pictures);
        int tokens = whole.tokens();
        MediaRule cutting = share == null ? bounded : smaller(bounded, size, TokenBudget.count(share, tokens, tokens));
        return new PromptMedium(List.of(picture.bytes()), null, cutting.plan(size, pictures), whole, cutting, pictures);
    }

    private PromptMedium plan(Video video, @Nullable Double share) {
        if (share != null) {
            throw new UnsupportedContentException(
                    "A strategy that makes pictures smaller, such as down-sample or foveate,"
                            + " takes no videos; use evs, vidcom2 or div-prune, or send smaller frames");
        }
        ImageSize size = limits.sizeOf(video.frames(), decoder);
        MediaPlan plan = rule.plan(size, video.times());
        return new PromptMedium(video.frames(), video.times(), plan, plan, rule, 0);
    }

    /** What cuts a picture into so many tokens at most, if it has more. */
    private static MediaRule smaller(MediaRule rule, ImageSize size, int most) {
        MediaPlan whole = rule.plan(size, 1);
        if (most >= whole.tokens()) {
            return rule;
        }
        MediaRule smaller = rule.withMostTokens(most);
        // A side of a token at least, and the shape of the picture: that may be more for a picture that is all length.
        ImageGrid grid = smaller.plan(size, 1).units().get(0).grid();
        boolean isSmaller = new GridPair(grid, whole.units().get(0).grid()).isSmaller();
        return isSmaller ? smaller : rule;
    }

    /** Decodes one picture or video of a prompt; cuts it into the patches of each unit. */
    IntFunction<PixelPatches> read(List<PromptMedium> media, int index, CancellationPoint cancellation) {
        PromptMedium medium = media.get(index);
        return numbered(index, media.size(), () -> {
            if (medium.times() == null) {
                RasterImage image = decoder.decode(medium.files().get(0), cancellation::check);
                return medium.rule().pixels(image, medium.pictures());
            }
            return medium.rule()
                    .pixels(frame -> decoder.decode(medium.files().get(frame), cancellation::check), medium.times());
        });
    }

    /** With several pictures an error says which one it is about. */
    private static <T> T numbered(int index, int count, Supplier<T> step) {
        try {
            return step.get();
        } catch (InvalidImageException e) {
            if (count == 1) {
                throw e;
            }
            String message = "Image " + (index + 1) + " of " + count + ": " + e.getMessage();
            throw e instanceof ImageTooLargeException
                    ? new ImageTooLargeException(message, e)
                    : new InvalidImageException(message, e);
        }
    }
}
