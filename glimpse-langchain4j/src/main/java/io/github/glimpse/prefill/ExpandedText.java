package io.github.glimpse.prefill;

import io.github.glimpse.model.MediaPlaceholder;
import io.github.glimpse.model.MediaRule;
import io.github.glimpse.model.PromptLayout;
import io.github.glimpse.text.Tokenizer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A rendered prompt in which what the template wrote for each picture and video has given way to what the family writes: one
 * placeholder for each run of rows, and the text between them.
 *
 * @param text to be made into tokens, guarded as before
 * @param media in the order in which they stand in the text
 * @param changes where something was put in, rising
 */
public record ExpandedText(String text, List<PromptMedium> media, List<Change> changes) {

    /**
     * A place where something was put in.
     *
     * @param end behind it in the text as it was
     * @param more characters that it has more than before
     */
    public record Change(int end, int more) {}

    /**
     * Expands.
     *
     * @param rendered by the template
     * @param media pictures and videos, each kind in the order of the messages
     */
    public static ExpandedText of(String rendered, List<PromptMedium> media, MediaRule rule, Tokenizer tokenizer) {
        List<PromptMedium> pictures =
                media.stream().filter(medium -> medium.times() == null).toList();
        List<PromptMedium> videos =
                media.stream().filter(medium -> medium.times() != null).toList();
        String ofPicture = written(rule.imagePlaceholder(), tokenizer);
        MediaPlaceholder ofVideos = rule.videoPlaceholder();
        String ofVideo = ofVideos == null ? null : written(ofVideos, tokenizer);
        StringBuilder text = new StringBuilder();
        List<PromptMedium> ordered = new ArrayList<>();
        List<Change> changes = new ArrayList<>();
        int seenPictures = 0;
        int seenVideos = 0;
        int from = 0;
        while (true) {
            int picture = find(rendered, ofPicture, from);
            int video = find(rendered, ofVideo, from);
            if (picture < 0 && video < 0) {
                break;
            }
            boolean isVideo = picture < 0 || (video >= 0 && video < picture);
            int number = isVideo ? seenVideos++ : seenPictures++;
            List<PromptMedium> ofKind = isVideo ? videos : pictures;
            int at = isVideo ? video : picture;
            String marker = isVideo ? ofVideo : ofPicture;
            int end = at + (marker == null ? 0 : marker.length());
            text.append(rendered, from, at);
            String shown = number < ofKind.size() ? ofKind.get(number).plan().text() : null;
            if (number < ofKind.size()) {
                ordered.add(ofKind.get(number));
            }
            if (shown == null) {
                text.append(rendered, at, end);
            } else {
                text.append(shown);
                changes.add(new Change(end, shown.length() - (end - at)));
            }
            from = end;
        }
        if (seenPictures + seenVideos != media.size() || ordered.size() != media.size()) {
            throw PromptLayout.miscounted(seenPictures + seenVideos, media.size());
        }
        return new ExpandedText(
                text.append(rendered, from, rendered.length()).toString(), List.copyOf(ordered), changes);
    }

    private static @Nullable String written(MediaPlaceholder placeholder, Tokenizer tokenizer) {
        return placeholder.written() == null ? tokenizer.spellingOf(placeholder.id()) : placeholder.written();
    }

    private static int find(String text, @Nullable String marker, int from) {
        return marker == null ? -1 : text.indexOf(marker, from);
    }

    /** Ids of the placeholders. */
    public static Set<Integer> placeholders(MediaRule rule) {
        Set<Integer> ids = new HashSet<>();
        ids.add(rule.imagePlaceholder().id());
        MediaPlaceholder ofVideos = rule.videoPlaceholder();
        if (ofVideos != null) {
            ids.add(ofVideos.id());
        }
        return ids;
    }

    /** Where a character of the text as it was stands now; of one inside of what was taken out, nowhere sensible. */
    public int now(int character) {
        int moved = character;
        for (Change change : changes) {
            moved += change.end() <= character ? change.more() : 0;
        }
        return moved;
    }
}
