package io.github.glimpse.examples.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Which pictures of a family have a wanted number of image tokens.
 *
 * @param tokenSide pixels of the side of a token in Qwen's families, of a tile in SmolVLM
 * @param tileTokens tokens of a tile, 0 where there are none
 * @param across tiles of the long side
 */
record PictureSize(int tokenSide, int tileTokens, int across) {

    /** The sizes that a folder tells. */
    static PictureSize of(Path model) throws IOException {
        ObjectMapper json = new ObjectMapper();
        JsonNode config = json.readTree(model.resolve("config.json").toFile());
        JsonNode vision = config.path("vision_config");
        if (!config.path("model_type").asText().equals("smolvlm")) {
            int side = vision.path("patch_size").asInt(14)
                    * vision.path("spatial_merge_size").asInt(2);
            return new PictureSize(side, 0, 0);
        }
        int side = vision.path("image_size").asInt();
        int tokens = side
                / vision.path("patch_size").asInt()
                / config.path("scale_factor").asInt();
        int longest = json.readTree(model.resolve("preprocessor_config.json").toFile())
                .path("size")
                .path("longest_edge")
                .asInt();
        return new PictureSize(side, tokens * tokens, longest / side);
    }

    /**
     * Writes a picture.
     *
     * @param tokens of tiles those that are nearest below: whole rows of tiles and the whole picture once more
     * @param number another picture for each
     */
    Path write(int tokens, int number, Path directory) throws IOException {
        Path file =
                directory.resolve("picture-" + tokens + "-" + tokenSide + (number == 0 ? "" : "-" + number) + ".png");
        if (tileTokens == 0) {
            int rows = (int) Math.sqrt(tokens);
            while (tokens % rows != 0) {
                rows--;
            }
            return Pictures.draw(tokens / rows * tokenSide, rows * tokenSide, number, file);
        }
        int rows = Math.max(1, Math.min(across, (tokens / tileTokens - 1) / across));
        return Pictures.draw(across * tokenSide, rows * tokenSide, number, file);
    }
}
