package io.github.glimpse.model.clip;

/** What differs between the towers of the families that share this brick: names, defaults and what stands around the blocks. */
public enum TowerLayout {
    /** Class row, norm before block 0, {@code post_layernorm} on the class row only. */
    CLIP("clip_vision_model", 224, 32, "quick_gelu", 1e-5, true),
    /** Class row, patches with a bias, queries, keys and values in one matrix, {@code post_layernorm} on all rows. */
    BLIP("blip_vision_model", 384, 16, "gelu", 1e-5, true),
    /** No class row, patches with a bias, {@code post_layernorm} on all rows. */
    SIGLIP("siglip_vision_model", 224, 16, "gelu_pytorch_tanh", 1e-6, false);

    private final String type;
    private final int imageSize;
    private final int patchSize;
    private final String activation;
    private final double eps;
    private final boolean classRow;

    TowerLayout(String type, int imageSize, int patchSize, String activation, double eps, boolean classRow) {
        this.type = type;
        this.imageSize = imageSize;
        this.patchSize = patchSize;
        this.activation = activation;
        this.eps = eps;
        this.classRow = classRow;
    }

    String type() {
        return type;
    }

    int defaultImageSize() {
        return imageSize;
    }

    int defaultPatchSize() {
        return patchSize;
    }

    String defaultActivation() {
        return activation;
    }

    double defaultEps() {
        return eps;
    }

    /** Rows that stand before the patches: 1 or 0. */
    public int classRows() {
        return classRow ? 1 : 0;
    }
}
