// Named ids make two builds of the same sources byte-identical, whatever folder they are built in.
module.exports = {
  optimization: { moduleIds: 'named', chunkIds: 'named' }
};
