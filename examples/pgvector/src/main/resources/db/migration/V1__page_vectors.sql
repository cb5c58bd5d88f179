CREATE EXTENSION IF NOT EXISTS vector;

-- the columns that LangChain4j's store reads and writes
CREATE TABLE page_vectors (
    embedding_id uuid PRIMARY KEY,
    embedding vector(${dimension}) NOT NULL,
    text text,
    metadata jsonb
);
