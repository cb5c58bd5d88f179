package io.github.glimpse.generate;

import io.github.glimpse.InvalidImageException;
import io.github.glimpse.ModelFilesException;
import io.github.glimpse.image.ImageDecoder;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.image.RasterImage;
import io.github.glimpse.model.PromptLayout;
import io.github.glimpse.model.VisionLanguageModel;
import io.github.glimpse.text.ChatTemplateMessage;
import io.github.glimpse.text.Tokenizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Messages and picture files to prompt text, ids and patches. */
final class PromptBuilder {

    private final VisionLanguageModel model;
    private final ImageDecoder decoder;

    PromptBuilder(VisionLanguageModel model, ImageDecoder decoder) {
        this.model = model;
        this.decoder = decoder;
    }

    Prompt build(List<ChatTurn> turns) {
        Tokenizer tokenizer = model.tokenizer();
        List<PixelPatches> images = new ArrayList<>();
        List<ChatTemplateMessage> messages = new ArrayList<>();
        int pictures = (int) turns.stream()
                .flatMap(turn -> turn.parts().stream())
                .filter(ChatTurn.Picture.class::isInstance)
                .count();
        for (ChatTurn turn : turns) {
            List<Map<String, Object>> parts = new ArrayList<>();
            for (ChatTurn.Part part : turn.parts()) {
                if (part instanceof ChatTurn.Text text) {
                    parts.add(Map.of("type", "text", "text", tokenizer.guard(text.text())));
                } else if (part instanceof ChatTurn.Picture picture) {
                    images.add(patches(picture.bytes(), images.size() + 1, pictures));
                    parts.add(Map.of("type", "image"));
                }
            }
            messages.add(new ChatTemplateMessage(turn.role().label(), parts));
        }
        Map<String, Object> variables = new HashMap<>(model.templateVariables());
        variables.put("add_generation_prompt", true);
        String text = model.template().render(messages, variables);
        PromptLayout layout = PromptLayout.of(
                tokenizer.encode(text),
                model.placeholder(),
                images.stream().map(image -> image.plan().grid()).toList(),
                model.positions());
        checkIds(layout.ids());
        return new Prompt(Tokenizer.unguard(text), layout, images);
    }

    private void checkIds(int[] ids) {
        int vocabulary = model.decoder().vocabulary();
        for (int id : ids) {
            if (id < 0 || id >= vocabulary) {
                throw new ModelFilesException("The tokenizer gave token " + id + ", but the model's vocabulary has "
                        + vocabulary + " entries; check that tokenizer.json and config.json belong together");
            }
        }
    }

    private PixelPatches patches(byte[] bytes, int number, int of) {
        try {
            RasterImage image = decoder.decode(bytes);
            return model.preprocessor().preprocess(image);
        } catch (InvalidImageException e) {
            throw of == 1 ? e : new InvalidImageException("Image " + number + " of " + of + ": " + e.getMessage(), e);
        }
    }
}
