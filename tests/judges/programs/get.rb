# Gets a page with Ruby's net/http: get.rb URL

require "open-uri"

puts URI.open(ARGV[0]).status
