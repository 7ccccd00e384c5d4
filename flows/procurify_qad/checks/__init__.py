"""What is found out about a connection of Procurify and QAD before it runs; reads only."""
