package io.github.glimpse.testing;

import io.github.glimpse.engine.StoredType;
import java.util.List;
import java.util.stream.Stream;

/** The sizes of a model and of its glimpse module, and how they are written. */
record ModelShape(
        Family family, KeyLayout keys, StoredType type, boolean tied, Decoder decoder, Tower tower, Module module) {

    static final int PATCH = 14;

    enum Family {
        QWEN25_VL,
        LLAVA
    }

    /** The language model. */
    record Decoder(int hidden, int layers, int heads, int kvHeads, int intermediate, int vocabulary) {

        int headDim() {
            return hidden / heads;
        }

        /** Rotary frequencies per axis: a quarter for time, the rest for height and width; 16, 24, 24 for heads of 128. */
        List<Integer> ropeSections() {
            int frequencies = headDim() / 2;
            int time = frequencies / 4;
            int height = (frequencies - time) / 2;
            return List.of(time, height, frequencies - time - height);
        }
    }

    /**
     * The vision tower.
     *
     * @param fullAttention blocks without windows (Qwen)
     * @param imageSide side of the square picture in pixels (LLaVA)
     */
    record Tower(int hidden, int layers, int heads, int intermediate, List<Integer> fullAttention, int imageSide) {

        /** Four layers from the last one downwards, as the released modules have them. */
        List<Integer> selectedLayers() {
            return Stream.of(layers - 1, layers * 3 / 4 - 1, layers / 2 - 1, layers / 4 - 1)
                    .filter(layer -> layer >= 0)
                    .distinct()
                    .toList();
        }
    }

    /**
     * The glimpse module.
     *
     * @param cutLayer the {@code reduce_layer} of the released module, for {@code allLayers} layers
     * @param fuserWidth width of the importance predictor
     * @param conditionWidth width of its projected vision features
     */
    record Module(int cutLayer, int allLayers, int fuserWidth, int conditionWidth) {}

    /** The released models and the committed fixtures by name. */
    static ModelShape named(String name) {
        return switch (name) {
            case "qwen2.5-vl-3b" -> qwen(true, new Decoder(2048, 36, 16, 2, 11_008, 151_936), 23);
            case "qwen2.5-vl-7b" -> qwen(false, new Decoder(3584, 28, 28, 4, 18_944, 152_064), 18);
            case "llava-1.5-7b" ->
                new ModelShape(
                        Family.LLAVA,
                        KeyLayout.RELEASED,
                        StoredType.F16,
                        false,
                        new Decoder(4096, 32, 32, 32, 11_008, 32_064),
                        new Tower(1024, 24, 16, 4096, List.of(), 336),
                        new Module(21, 32, 256, 512));
            case "qwen2.5-vl-tiny" ->
                new ModelShape(
                        Family.QWEN25_VL,
                        KeyLayout.RELEASED,
                        StoredType.F32,
                        false,
                        new Decoder(64, 6, 4, 2, 160, 768),
                        new Tower(32, 4, 2, 48, List.of(1, 3), 0),
                        new Module(3, 6, 32, 48));
            case "llava-1.5-tiny" ->
                new ModelShape(
                        Family.LLAVA,
                        KeyLayout.RELEASED,
                        StoredType.F32,
                        false,
                        new Decoder(64, 6, 4, 4, 176, 576),
                        new Tower(32, 6, 4, 96, List.of(), 168),
                        new Module(3, 6, 32, 48));
            default ->
                throw new IllegalArgumentException("'" + name + "' is not known; known: qwen2.5-vl-3b,"
                        + " qwen2.5-vl-7b, llava-1.5-7b, qwen2.5-vl-tiny, llava-1.5-tiny");
        };
    }

    private static ModelShape qwen(boolean tied, Decoder decoder, int cutLayer) {
        return new ModelShape(
                Family.QWEN25_VL,
                KeyLayout.RELEASED,
                StoredType.BF16,
                tied,
                decoder,
                new Tower(1280, 32, 16, 3420, List.of(7, 15, 23, 31), 0),
                new Module(cutLayer, decoder.layers(), 256, 512));
    }

    /** After which layer the glimpse module cuts; before the last one, where fewer layers than released are written. */
    int reduceLayer() {
        return decoder.layers() == module.allLayers()
                ? module.cutLayer()
                : Math.max(0, Math.min(module.cutLayer(), decoder.layers() - 2));
    }

    ModelShape with(Decoder other) {
        return new ModelShape(family, keys, type, tied, other, tower, module);
    }

    ModelShape with(Tower other) {
        return new ModelShape(family, keys, type, tied, decoder, other, module);
    }

    ModelShape with(KeyLayout otherKeys, StoredType otherType, boolean otherTied) {
        return new ModelShape(family, otherKeys, otherType, otherTied, decoder, tower, module);
    }
}
