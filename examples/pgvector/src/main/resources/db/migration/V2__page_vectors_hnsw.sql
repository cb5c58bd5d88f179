-- vector_cosine_ops serves <=>, by which LangChain4j's store searches; up to 2,000 dimensions
CREATE INDEX page_vectors_hnsw ON page_vectors USING hnsw (embedding vector_cosine_ops) WITH (m = 16, ef_construction = 100);
