package io.github.glimpse.embedding;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.image.Image;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.embedding.request.EmbeddingInput;
import io.github.glimpse.request.ImageBytes;
import io.github.glimpse.serve.Arrival;
import java.util.ArrayList;
import java.util.List;

/**
 * The inputs of a request, parted in texts and pictures, and their vectors brought back in order.
 *
 * @param isText for each input whether it is a text
 * @param texts the texts, in order
 * @param images the files of the pictures, in order
 */
record EmbeddingInputs(List<Boolean> isText, List<String> texts, List<byte[]> images) {

    /**
     * Parts a request. All inputs are checked before the first picture is read.
     *
     * @throws UnsupportedFeatureException for an input with a text and a picture, or with several pictures
     * @throws InvalidRequestException for a picture that cannot be read, or a request without inputs
     */
    static EmbeddingInputs of(List<EmbeddingInput> inputs, int most, ImageBytes reader, Arrival arrival) {
        if (inputs.size() > most) {
            throw new InvalidRequestException("The request has " + inputs.size() + " inputs, the limit is " + most
                    + "; send fewer at once or raise max-inputs");
        }
        for (int i = 0; i < inputs.size(); i++) {
            check(inputs.get(i), name(i, inputs.size()), reader);
        }
        List<Boolean> isText = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        List<Image> images = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            boolean text = inputs.get(i).contents().get(0) instanceof TextContent;
            isText.add(text);
            if (text) {
                texts.add(inputs.get(i).text());
            } else {
                ImageContent picture = (ImageContent) inputs.get(i).contents().get(0);
                images.add(picture.image());
                names.add(name(i, inputs.size()));
            }
        }
        return new EmbeddingInputs(isText, texts, reader.read(images, names, arrival));
    }

    private static String name(int index, int count) {
        return "picture of input " + (index + 1) + " of " + count;
    }

    private static void check(EmbeddingInput input, String name, ImageBytes reader) {
        List<Content> contents = input.contents();
        long pictures = contents.stream().filter(ImageContent.class::isInstance).count();
        if (pictures > 0 && contents.size() > 1) {
            throw new UnsupportedFeatureException("The " + name + " stands beside other contents in one input, which is"
                    + " not supported: this model makes one vector of a text or of a picture; send them as inputs of"
                    + " their own");
        }
        if (pictures == 1) {
            reader.check(((ImageContent) contents.get(0)).image(), name);
        }
    }

    /** The vectors in the order of the inputs. */
    List<Embedding> ordered(EmbeddingEngine.Both vectors) {
        List<Embedding> embeddings = new ArrayList<>();
        int text = 0;
        int image = 0;
        for (boolean isNextText : isText) {
            embeddings.add(Embedding.from(
                    isNextText
                            ? vectors.texts().vectors().get(text++)
                            : vectors.images().vectors().get(image++)));
        }
        return embeddings;
    }
}
