package io.github.glimpse.examples.benchmark;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * What a vision transformer has to do for one picture, in multiply-adds, counted from its sizes. Norms and activations are left
 * out.
 *
 * @param blocks blocks
 * @param width width of a row
 * @param intermediate width inside the MLP
 * @param patches rows of the picture; a class row comes to them
 * @param patchValues numbers of a patch
 */
record VitWork(int blocks, long width, long intermediate, int patches, long patchValues) {

    /** From {@code vision_config}; what it leaves out are the numbers of the base models. */
    static VitWork of(JsonNode vision) {
        int patch = vision.path("patch_size").asInt(16);
        int side = vision.path("image_size").asInt(224) / patch;
        long width = vision.path("hidden_size").asLong(768);
        return new VitWork(
                vision.path("num_hidden_layers").asInt(12),
                width,
                vision.path("intermediate_size").asLong(4 * width),
                side * side,
                3L * patch * patch);
    }

    /** All rows through all blocks. */
    double whole() {
        return embedding() + blocks * block(patches + 1);
    }

    /**
     * The same with a cut by the class row's attention: the block in which it is made computes keys and values of all rows, and
     * everything else of the kept rows only.
     *
     * @param after blocks that have run on all patches when the cut is complete, its own among them
     * @param kept patches
     */
    double cut(int after, int kept) {
        double rows = patches + 1.0;
        double left = kept + 1.0;
        double decision = 2 * width * width * rows + width * width + width * rows;
        double rest = left * (2 * width * width + 2 * width * intermediate) + 2 * left * rows * width;
        return embedding() + (after - 1) * block(rows) + decision + rest + (blocks - after) * block(left);
    }

    private double embedding() {
        return (double) patches * patchValues * width;
    }

    private double block(double rows) {
        return rows * (4 * width * width + 2 * width * intermediate) + 2 * rows * rows * width;
    }
}
