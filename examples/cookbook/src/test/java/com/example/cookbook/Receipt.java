package com.example.cookbook;

import dev.langchain4j.data.message.ImageContent;
import java.io.IOException;
import java.util.Base64;
import org.springframework.core.io.ClassPathResource;

/** The quickstart's receipt. */
public final class Receipt {

    private Receipt() {}

    public static byte[] png() throws IOException {
        return new ClassPathResource("receipt.png").getContentAsByteArray();
    }

    public static ImageContent content() throws IOException {
        return ImageContent.from(Base64.getEncoder().encodeToString(png()), "image/png");
    }
}
