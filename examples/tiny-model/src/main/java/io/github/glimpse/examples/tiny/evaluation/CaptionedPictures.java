package io.github.glimpse.examples.tiny.evaluation;

import io.github.glimpse.examples.tiny.drawing.Captions;
import io.github.glimpse.examples.tiny.drawing.Drawing;
import io.github.glimpse.examples.tiny.drawing.FacePool;
import io.github.glimpse.examples.tiny.drawing.Split;
import io.github.glimpse.examples.tiny.drawing.Studio;
import io.github.glimpse.examples.tiny.training.PictureBytes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Pictures as files, each with a caption that no other has.
 *
 * @param files the pictures
 * @param captions in the same order
 */
record CaptionedPictures(List<byte[]> files, List<String> captions) {

    CaptionedPictures {
        files = List.copyOf(files);
        captions = List.copyOf(captions);
        if (files.size() != captions.size() || new HashSet<>(captions).size() != captions.size()) {
            throw new IllegalArgumentException("Each picture needs a caption of its own");
        }
    }

    /** Draws pictures; one that says the same as another before it, in whatever order, is left out and the next is taken. */
    static CaptionedPictures draw(Split split, FacePool faces, int count) {
        List<byte[]> files = new ArrayList<>();
        List<String> captions = new ArrayList<>();
        Set<List<String>> told = new HashSet<>();
        for (long number = 0; files.size() < count; number++) {
            Drawing drawing = Studio.draw(Captions.request(split, faces, number));
            if (told.add(Captions.facts(drawing))) {
                files.add(PictureBytes.png(drawing));
                captions.add(Captions.of(drawing));
            }
        }
        return new CaptionedPictures(files, captions);
    }
}
