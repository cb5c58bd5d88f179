package io.github.glimpse.testing;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * Writes folders of CLIP and BLIP in the released base sizes with random weights, for timing. From the command line, at the root
 * of the repository:
 *
 * <pre>
 * mvn -q -pl glimpse-langchain4j test-compile exec:java -Dexec.skip=false \
 *     -Dexec.classpathScope=test -Dexec.mainClass=io.github.glimpse.testing.RandomEncoderFolder \
 *     -Dexec.args="/tmp/encoders clip-vit-base-patch16 blip-vqa-base"
 * </pre>
 */
public final class RandomEncoderFolder {

    /** The shapes that are known. */
    static final List<String> SHAPES =
            List.of("clip-vit-base-patch16", "clip-vit-base-patch32", "blip-vqa-base", "blip-image-captioning-base");

    private RandomEncoderFolder() {}

    /** Writes one folder of a known shape, its tokenizer taken from a fixture. */
    public static Path write(String shape, Path directory) {
        return switch (shape) {
            case "clip-vit-base-patch16" -> ClipFolder.base(16).write(directory, fixture("clip-tiny"));
            case "clip-vit-base-patch32" -> ClipFolder.base(32).write(directory, fixture("clip-tiny"));
            case "blip-vqa-base" -> BlipFolder.answers().base().write(directory, fixture("blip-tiny-caption"));
            case "blip-image-captioning-base" ->
                BlipFolder.captions().base().write(directory, fixture("blip-tiny-caption"));
            default -> throw new IllegalArgumentException("'" + shape + "' is not known; known: " + SHAPES);
        };
    }

    private static Path fixture(String family) {
        String name = "/fixtures/" + family + "/model/config.json";
        try {
            return Path.of(Objects.requireNonNull(RandomEncoderFolder.class.getResource(name), name)
                            .toURI())
                    .resolveSibling("");
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Writes a folder for each shape.
     *
     * @param arguments the folder above them, then the shapes
     */
    public static void main(String[] arguments) {
        Path all = Path.of(arguments[0]);
        for (String shape : List.of(arguments).subList(1, arguments.length)) {
            System.out.println(write(shape, all.resolve(shape)));
        }
    }
}
