package io.github.glimpse.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.GlimpseException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Damaged files and odd texts by a fixed seed, and the rule for what may come of them: an answer or one of our errors. {@code
 * -Dglimpse.hostile=10000} for the long run, {@code -Dglimpse.hostile.seed} for another.
 */
public final class HostileInputs {

    /** The seed of all inputs. */
    public static final long SEED = Long.getLong("glimpse.hostile.seed", 20_240_611);

    /** How many inputs a test class shall send. */
    public static final int COUNT = Integer.getInteger("glimpse.hostile", Sample.count(60, 240));

    private static final String[] PIECES = {
        "<|im_start|>",
        "<|image_pad|>",
        "<image>",
        "</s>",
        "{{ 1 }}",
        "{% for %}",
        "\ud83d",
        "\ud83d\ude00",
        "\u0000",
        "\ufdd0",
        "a\u0301",
        "漢字",
        " ",
        "\n",
        "A".repeat(300),
        "\u202e",
        "%n%s",
        "<unk>",
        "\r"
    };

    private static final Map<String, Integer> OUTCOMES = new TreeMap<>();

    private HostileInputs() {}

    /** Pieces that have a meaning somewhere, one behind the other; may be empty. */
    public static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int n = random.nextInt(12); n > 0; n--) {
            text.append(PIECES[random.nextInt(PIECES.length)]);
        }
        return text.toString();
    }

    /** Prints how often each outcome came, and forgets them. */
    public static void printOutcomes() {
        OUTCOMES.forEach((outcome, count) -> System.out.printf(Locale.ROOT, "%6d %s%n", count, outcome));
        OUTCOMES.clear();
    }

    /** Runs what may give an answer or an error of ours, and fails on anything else. */
    public static void run(String kind, int number, Runnable work) {
        String outcome;
        try {
            work.run();
            outcome = "answer";
        } catch (GlimpseException e) {
            assertThat(e.getMessage()).isNotBlank();
            outcome = e.getClass().getSimpleName();
        } catch (Throwable e) {
            throw new AssertionError(kind + " " + number + " of seed " + SEED + " gave " + e, e);
        }
        OUTCOMES.merge(kind + ": " + outcome, 1, Integer::sum);
    }

    /** Damages a file; in JSON mostly one number or word becomes another. */
    public static void damage(Path file, Random random) {
        try {
            byte[] bytes = Files.readAllBytes(file);
            boolean isText = file.toString().endsWith(".json");
            Files.write(file, isText && random.nextInt(3) > 0 ? changedNumber(bytes, random) : damaged(bytes, random));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Valid JSON in most cases: one number or word of the text is another one. */
    private static byte[] changedNumber(byte[] bytes, Random random) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        String[] values = {"0", "-1", "1", "7", "2147483647", "1e308", "null", "true", "\"x\"", "[]", "{}", "0.5"};
        List<int[]> places = java.util.regex.Pattern.compile("(?<=[:\\[, ])-?\\d[\\d.e-]*|true|false|null")
                .matcher(text)
                .results()
                .map(match -> new int[] {match.start(), match.end()})
                .toList();
        if (places.isEmpty()) {
            return damaged(bytes, random);
        }
        int[] place = places.get(random.nextInt(places.size()));
        return (text.substring(0, place[0]) + values[random.nextInt(values.length)] + text.substring(place[1]))
                .getBytes(StandardCharsets.UTF_8);
    }

    /** Damages bytes. */
    public static byte[] damaged(byte[] bytes, Random random) {
        byte[] damaged = bytes.clone();
        switch (random.nextInt(4)) {
            case 0 -> damaged = java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length));
            case 1 -> damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
            case 2 -> {
                for (int n = 1 + random.nextInt(20); n > 0; n--) {
                    damaged[random.nextInt(Math.min(damaged.length, 4_096))] = (byte) random.nextInt();
                }
            }
            default -> {
                int from = random.nextInt(damaged.length);
                java.util.Arrays.fill(
                        damaged, from, Math.min(damaged.length, from + random.nextInt(500)), (byte) random.nextInt());
            }
        }
        return damaged;
    }

    /** Copies the files of some folders below {@code from}. */
    public static Path copy(Path from, List<String> parts, Path to) {
        for (String part : parts) {
            try (Stream<Path> files = Files.list(from.resolve(part))) {
                Files.createDirectories(to.resolve(part));
                for (Path file : files.toList()) {
                    Files.write(to.resolve(part).resolve(file.getFileName().toString()), Files.readAllBytes(file));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return to;
    }

    /** Deletes a folder. */
    public static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(java.util.Comparator.reverseOrder())
                    .forEach(path -> path.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
