package io.github.glimpse.engine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Joins {@code .torch} texts into one TorchScript archive. Each text holds methods of one brick and lies on the class
 * path beside the Java class that is its face; an archive holds no parameters, weights are arguments.
 *
 * <p>A text is written as one would write it in Python. Joining puts in what the stored form has no word for: places in a list
 * for the names of weights ({@link WeightNames}), libtorch's numbers for types ({@code torch.float32}), and methods that
 * answer with a fact of this machine.
 */
final class GraphText {

    // A pickled, attribute-free object of class __torch__.M: protocol 2, GLOBAL, EMPTY_TUPLE, NEWOBJ, EMPTY_DICT,
    // BUILD.
    private static final byte[] DATA = {
        (byte) 0x80,
        2,
        'c',
        '_',
        '_',
        't',
        'o',
        'r',
        'c',
        'h',
        '_',
        '_',
        '\n',
        'M',
        '\n',
        'q',
        0,
        ')',
        (byte) 0x81,
        '}',
        'b',
        'q',
        1,
        '.'
    };
    // A pickled empty tuple.
    private static final byte[] CONSTANTS = {(byte) 0x80, 2, ')', '.'};
    // File format 10: the meaning of gelu and div is today's.
    private static final byte[] VERSION = "10\n".getBytes(StandardCharsets.US_ASCII);

    // libtorch's numbers for types. A type is written without a call: torch.bool, not bool(…).
    private static final Map<String, Integer> TYPES = Map.of(
            "uint8",
            0,
            "int8",
            1,
            "int32",
            3,
            "int64",
            4,
            "float16",
            5,
            "float32",
            6,
            "float64",
            7,
            "bool",
            11,
            "bfloat16",
            15);
    private static final Pattern TYPE = Pattern.compile("\\btorch\\.(" + String.join("|", TYPES.keySet()) + ")\\b");
    private static final Pattern METHOD = Pattern.compile("\\s*def \\w+\\(.*");
    private static final Pattern PARAMETER = Pattern.compile("\\b(\\w+): ([A-Z]\\w*)");
    private static final Pattern SIZE = Pattern.compile("\\b([A-Z]\\w*)\\.size\\b");
    private static final List<String> TORCH_KINDS = List.of("Tensor", "List", "Optional");

    private record Text(String name, String content) {}

    private final List<Text> texts = new ArrayList<>();
    private final Map<String, WeightNames> kinds = new HashMap<>(
            Map.of(WeightNames.AFFINE.kind(), WeightNames.AFFINE, WeightNames.PRODUCT.kind(), WeightNames.PRODUCT));
    private final StringBuilder facts = new StringBuilder();

    /**
     * Adds the text {@code name.torch} that lies beside {@code face}.
     *
     * @throws IllegalStateException if there is no such resource
     */
    GraphText add(Class<?> face, String name) {
        String resource = name + ".torch";
        texts.add(new Text(resource, read(face, resource)));
        return this;
    }

    /**
     * A text from beside a class.
     *
     * @throws IllegalStateException if there is no such resource
     */
    static String read(Class<?> face, String resource) {
        try (InputStream in = face.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("No text " + resource + " beside " + face.getName());
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + resource, e);
        }
    }

    /** Declares weights that texts may take by name. */
    GraphText declare(WeightNames weights) {
        kinds.put(weights.kind(), weights);
        return this;
    }

    /** Adds a fact that texts ask as {@code self.name()}. */
    GraphText fact(String name, boolean value) {
        return fact(name, "bool", value ? "True" : "False");
    }

    /** Adds a number that texts ask as {@code self.name()}. */
    GraphText fact(String name, long value) {
        return fact(name, "int", Long.toString(value));
    }

    private GraphText fact(String name, String type, String value) {
        facts.append("  def ").append(name).append("(self) -> ").append(type).append(":\n");
        facts.append("      return ").append(value).append('\n');
        return this;
    }

    /**
     * The class text as the interpreter reads it.
     *
     * @throws ComputeTextException if a text names a weight that is not declared
     */
    String source() {
        StringBuilder joined = new StringBuilder("class M(Module):\n  __parameters__ = []\n  __buffers__ = []\n");
        texts.forEach(text -> join(text, joined));
        return joined.append(facts).toString();
    }

    private void join(Text text, StringBuilder joined) {
        Map<String, WeightNames> taken = new HashMap<>();
        int number = 0;
        for (String line : text.content().lines().toList()) {
            number++;
            if (line.isBlank() || line.strip().startsWith("#")) {
                continue;
            }
            Place place = new Place(text.name(), number);
            String plain = line;
            if (METHOD.matcher(line).matches()) {
                taken.clear();
                plain = PARAMETER.matcher(line).replaceAll(found -> parameter(found, taken, place));
            }
            for (Map.Entry<String, WeightNames> list : taken.entrySet()) {
                plain = named(plain, list.getKey(), list.getValue(), place);
            }
            plain = SIZE.matcher(plain)
                    .replaceAll(found -> "" + kind(found.group(1), place).size());
            plain = TYPE.matcher(plain).replaceAll(found -> "" + TYPES.get(found.group(1)));
            joined.append("  ").append(plain).append('\n');
        }
    }

    private record Place(String text, int line) {}

    private String parameter(MatchResult found, Map<String, WeightNames> taken, Place place) {
        if (TORCH_KINDS.contains(found.group(2))) {
            return Matcher.quoteReplacement(found.group());
        }
        taken.put(found.group(1), kind(found.group(2), place));
        return found.group(1) + ": List[Tensor]";
    }

    private WeightNames kind(String name, Place place) {
        WeightNames kind = kinds.get(name);
        if (kind == null) {
            throw new ComputeTextException(
                    place.text(), place.line(), name, "is no declared list of weights; declared are " + kinds.keySet());
        }
        return kind;
    }

    private static String named(String line, String list, WeightNames weights, Place place) {
        Pattern use = Pattern.compile("\\b" + list + "\\.(\\w+(?:\\.(?:weight|bias)\\b)?)");
        return use.matcher(line).replaceAll(found -> {
            String read = weights.read(list, found.group(1));
            if (read.isEmpty()) {
                throw new ComputeTextException(
                        place.text(), place.line(), found.group(), "is not among the weights of " + weights);
            }
            return read;
        });
    }

    /** The archive's bytes. The same text always gives the same bytes. */
    byte[] archive() {
        return archive(source());
    }

    /** The bytes of an archive whose class text is {@code source}. */
    static byte[] archive(String source) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            put(zip, "m/data.pkl", DATA);
            put(zip, "m/constants.pkl", CONSTANTS);
            put(zip, "m/version", VERSION);
            put(zip, "m/code/__torch__.py", source.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write an archive into memory", e);
        }
        return bytes.toByteArray();
    }

    private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        entry.setTimeLocal(java.time.LocalDateTime.of(1980, 1, 1, 0, 0));
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }
}
