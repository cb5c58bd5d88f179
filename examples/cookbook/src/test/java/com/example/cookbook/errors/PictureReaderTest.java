package com.example.cookbook.errors;

import static org.assertj.core.api.Assertions.assertThat;

import dev.langchain4j.data.message.ImageContent;
import java.io.IOException;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.core.io.ClassPathResource;

@SpringBootTest(properties = "glimpse.model.location=")
class PictureReaderTest {

    @Autowired
    private PictureReader reader;

    @Test
    void readsTheTotalOfAReceipt() throws IOException {
        byte[] png = new ClassPathResource("receipt.png").getContentAsByteArray();
        ImageContent receipt = ImageContent.from(Base64.getEncoder().encodeToString(png), "image/png");

        assertThat(reader.read("What is the total?", receipt)).isEqualTo("87.00");
    }
}
