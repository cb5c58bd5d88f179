package io.github.glimpse.examples.tiny.drawing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The middle lines of a character, as they stand in {@code glyphs.txt}.
 *
 * @param width of the middle lines
 * @param serifs whether a face with serifs puts them here
 * @param moves of the pen
 */
record Skeleton(double width, boolean serifs, List<Move> moves) {

    private static final Map<String, Skeleton> ALL = read();

    /**
     * One move of the pen.
     *
     * @param way {@code M} lifts the pen, {@code L} goes straight, {@code H} and {@code V} go round a quarter of an ellipse
     *     that leaves level or upright
     * @param x where it goes
     * @param y where it goes, upwards
     */
    record Move(char way, double x, double y) {}

    /** The skeleton that a face takes for a character. */
    static Skeleton of(char character, Face face) {
        String prefix = character + "/";
        for (String variant : face.variants()) {
            if (variant.startsWith(prefix)) {
                return named(variant);
            }
        }
        return named(String.valueOf(character));
    }

    private static Skeleton named(String name) {
        Skeleton skeleton = ALL.get(name);
        if (skeleton == null) {
            throw new IllegalArgumentException("There is no character '" + name + "' in glyphs.txt");
        }
        return skeleton;
    }

    private static Map<String, Skeleton> read() {
        try (InputStream in = Skeleton.class.getResourceAsStream("glyphs.txt")) {
            if (in == null) {
                throw new IllegalStateException("glyphs.txt is not on the class path");
            }
            Map<String, Skeleton> all = new HashMap<>();
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList()) {
                if (!line.isBlank() && !line.startsWith("#")) {
                    List<String> parts = List.of(line.split(" "));
                    all.put(parts.get(0), parse(parts.subList(1, parts.size())));
                }
            }
            return Map.copyOf(all);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Skeleton parse(List<String> parts) {
        String width = parts.get(0);
        boolean serifs = !width.endsWith("!");
        List<Move> moves = new ArrayList<>();
        for (String part : parts.subList(1, parts.size())) {
            int comma = part.indexOf(',');
            moves.add(new Move(
                    part.charAt(0),
                    Double.parseDouble(part.substring(1, comma)),
                    Double.parseDouble(part.substring(comma + 1))));
        }
        return new Skeleton(
                Double.parseDouble(serifs ? width : width.substring(0, width.length() - 1)),
                serifs,
                List.copyOf(moves));
    }
}
