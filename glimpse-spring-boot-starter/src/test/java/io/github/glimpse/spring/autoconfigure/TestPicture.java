package io.github.glimpse.spring.autoconfigure;

import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.UserMessage;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import javax.imageio.ImageIO;

/** Questions with a picture, good and bad. */
final class TestPicture {

    private TestPicture() {}

    /** A question about a picture of several image tokens. */
    static UserMessage question() {
        return question("What is it?");
    }

    /** Any question about that picture. */
    static UserMessage question(String text) {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        try {
            ImageIO.write(new BufferedImage(168, 140, BufferedImage.TYPE_INT_RGB), "png", png);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return ask(text, png.toByteArray());
    }

    /** A question about bytes that are no picture. */
    static UserMessage damaged() {
        return ask("What is it?", new byte[] {1, 2, 3, 4});
    }

    private static UserMessage ask(String text, byte[] file) {
        return UserMessage.from(
                TextContent.from(text), ImageContent.from(Base64.getEncoder().encodeToString(file), "image/png"));
    }
}
