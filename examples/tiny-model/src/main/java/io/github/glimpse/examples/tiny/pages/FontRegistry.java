package io.github.glimpse.examples.tiny.pages;

import io.github.glimpse.examples.tiny.drawing.FacePool;
import io.github.glimpse.examples.tiny.drawing.Split;
import io.github.glimpse.examples.tiny.drawing.StrokeOutline;
import java.awt.Font;
import java.awt.FontFormatException;
import java.awt.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The type faces of the pages, each in one split: {@code faces.txt} says which files of a folder of fonts are for what. Where there is no such
 * folder, the own strokes stand in: what was trained on them says nothing about real type. Safe for concurrent use.
 */
public final class FontRegistry {

    /** A line of {@code faces.txt}. */
    record Entry(Split split, String family, String plain, String bold) {}

    private static final String NO_BOLD = "-";

    private final Map<Split, List<Lettering>> faces;

    private FontRegistry(Map<Split, List<Lettering>> faces) {
        this.faces = faces;
    }

    /**
     * Loads all faces; those to learn from have the own strokes among them.
     *
     * @param folder with the fonts anywhere below, as {@code fonts.sh} leaves them
     * @throws IllegalArgumentException if a file is missing or is no font
     */
    public static FontRegistry of(Path folder) {
        Map<String, Path> files = files(folder);
        Map<Split, List<Lettering>> faces = new EnumMap<>(Split.class);
        // Pages of the first edition are to be read as well, and of them there are few.
        faces.put(Split.TRAIN, new ArrayList<>(strokes(FacePool.SEEN)));
        for (Entry entry : entries()) {
            Font plain = font(files, entry.plain(), folder);
            Font bold = entry.bold().equals(NO_BOLD) ? plain : font(files, entry.bold(), folder);
            faces.computeIfAbsent(entry.split(), split -> new ArrayList<>())
                    .add(new FontLettering(entry.family(), plain, bold));
        }
        return new FontRegistry(faces);
    }

    /** The own strokes: nine faces to learn from, two to choose by and two to report on. */
    public static FontRegistry strokes() {
        List<Lettering> kept = strokes(FacePool.UNSEEN);
        return new FontRegistry(Map.of(
                Split.TRAIN,
                strokes(FacePool.SEEN),
                Split.VALIDATION,
                kept.subList(0, 2),
                Split.TEST,
                kept.subList(2, kept.size())));
    }

    /** The faces of a split, in a fixed order. */
    List<Lettering> of(Split split) {
        return List.copyOf(faces.getOrDefault(split, List.of()));
    }

    /** The lines of {@code faces.txt}. */
    static List<Entry> entries() {
        return Resource.lines("faces.txt")
                .map(line -> List.of(line.split("\\|")))
                .map(parts -> new Entry(
                        Split.valueOf(parts.get(0).toUpperCase(Locale.ROOT)), parts.get(1), parts.get(2), parts.get(3)))
                .toList();
    }

    private static Map<String, Path> files(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            Map<String, Path> files = new HashMap<>();
            all.filter(Files::isRegularFile)
                    .sorted()
                    .forEach(file -> files.putIfAbsent(file.getFileName().toString(), file));
            return files;
        } catch (IOException e) {
            throw new UncheckedIOException("The fonts in '" + folder + "' cannot be listed", e);
        }
    }

    private static Font font(Map<String, Path> files, String name, Path folder) {
        Path file = files.get(name);
        if (file == null) {
            throw new IllegalArgumentException("There is no font '" + name + "' below '" + folder
                    + "'; examples/tiny-model/fonts.sh fetches all of them into a folder");
        }
        try (InputStream in = Files.newInputStream(file)) {
            return Font.createFont(Font.TRUETYPE_FONT, in);
        } catch (FontFormatException e) {
            throw new IllegalArgumentException("'" + file + "' is no font that Java can read", e);
        } catch (IOException e) {
            throw new UncheckedIOException("The font '" + file + "' cannot be read", e);
        }
    }

    private static List<Lettering> strokes(FacePool pool) {
        List<Lettering> letterings = new ArrayList<>();
        for (StrokeOutline outline : StrokeOutline.of(pool)) {
            letterings.add(new StrokeLettering(outline));
        }
        return List.copyOf(letterings);
    }

    private record StrokeLettering(StrokeOutline outline) implements Lettering {

        @Override
        public String family() {
            return outline.name();
        }

        private static StrokeOutline.Weight pen(Weight weight) {
            return switch (weight) {
                case PLAIN -> StrokeOutline.Weight.PLAIN;
                case BOLD -> StrokeOutline.Weight.BOLD;
            };
        }

        @Override
        public boolean draws(char character) {
            return StrokeOutline.draws(character);
        }

        @Override
        public Shape outline(char character, double cap, Weight weight) {
            return outline.shape(character, cap, pen(weight));
        }

        @Override
        public double advance(char character, double cap, Weight weight) {
            return outline.advance(character, cap, pen(weight));
        }
    }

    /** Text files beside these classes. */
    static final class Resource {

        private Resource() {}

        /** The lines that are neither blank nor a remark. */
        static Stream<String> lines(String name) {
            try (InputStream in = FontRegistry.class.getResourceAsStream(name)) {
                if (in == null) {
                    throw new IllegalStateException(name + " is not on the class path");
                }
                return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                        .lines()
                        .filter(line -> !line.isBlank() && !line.startsWith("#"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
